/** The report's style sheet: system fonts, one accent, one warning colour. */
export const STYLE = `
:root{color-scheme:light dark;--page:#fff;--ink:#16212c;--quiet:#55626f;--hair:#dde3e8;--base:#8793a0;--wash:#f5f7f9;--accent:#0b5c94;--warn:#b42318;--pale:#d9e8f3;--mild:#a9cbe4;--wide:#86b6da;--flesh:#efbeb6;--stone:#c4ccd3;--dark:#3c4a57;--mute:#eef1f4}
@media screen and (prefers-color-scheme:dark){:root{--page:#12181f;--ink:#e6ebf0;--quiet:#9aa8b5;--hair:#2a343e;--base:#5c6a77;--wash:#1b242d;--accent:#6db3e6;--warn:#ff8a7a;--pale:#1d3345;--mild:#2c5373;--wide:#3f7098;--flesh:#7a3f38;--stone:#4d5964;--dark:#8f9dab;--mute:#1b242d}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1128px;margin:0 auto;padding:40px 24px 64px}
h1,h2,h3,p,dl,dd,figure{margin:0}
h1{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.01em}
h2{font-size:20px;line-height:1.3;font-weight:650;margin:56px 0 16px}
h3{font-size:16px;line-height:1.35;font-weight:650}
.over{color:var(--quiet);font-size:13px;margin-bottom:6px}
.sub{color:var(--quiet);margin-top:6px}
.verdict{margin:24px 0 28px;padding:2px 0 2px 18px;border-left:4px solid var(--accent)}
.verdict.bad{border-color:var(--warn)}
.verdict strong{display:block;font-size:22px;line-height:1.3;font-weight:650}
.verdict.bad strong{color:var(--warn)}
.verdict p{margin-top:6px;max-width:96ch}
.failures{margin:0 0 28px;padding:14px 18px;border:1px solid var(--warn);border-radius:4px}
.failures h2{margin:0 0 8px;font-size:16px;color:var(--warn)}
.failures ul{margin:0;padding-left:20px}
.failures li{overflow-wrap:anywhere}
.groups{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:26px 36px}
.group{border-top:2px solid var(--ink);padding-top:8px;break-inside:avoid}
.group h3{font-size:13px;color:var(--quiet);font-weight:600}
.group dl>div{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 12px;padding:4px 0;border-top:1px solid var(--hair);font-size:14px;line-height:1.4}
.group dl>div:first-child{border-top:0;padding:2px 0 8px}
.group dt{color:var(--quiet)}
.group dd{text-align:right;overflow-wrap:anywhere}
.group .note{grid-column:1/-1;font-size:12px;color:var(--quiet);text-align:left}
.group div:first-child>dt{grid-column:1/-1;grid-row:2;font-size:13px}
.group div:first-child>dd:not(.note){grid-column:1/-1;grid-row:1;text-align:left;font-size:23px;line-height:1.35;font-weight:600;letter-spacing:-.01em}
.first{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:32px 48px;align-items:start}
.balance h2{margin:0 0 8px;font-size:16px}
.balance th,.balance td{padding:2px 0 2px 12px;line-height:1.35;white-space:normal}
.balance{grid-column:2;grid-row:1/span 2}
.balance tbody th{color:var(--ink);font-size:13.5px}
.balance .num{white-space:nowrap}
.balance .part,.balance .of td{font-weight:400;color:var(--quiet);font-size:12px}
.balance .of td{padding:0 0 0 12px;border:0}
.balance .of+.party th,.balance .of+.party td{border-top:1px solid var(--hair)}
.balance td.bad{color:var(--warn)}
.balance tfoot th,.balance tfoot td{font-weight:600;border-top:2px solid var(--ink);border-bottom:0;color:var(--ink)}
.small{font-size:12px;color:var(--quiet);margin-top:8px;max-width:80ch}
.good{color:var(--ink)}
dd.bad{color:var(--warn);font-weight:600}
.plots{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:48px 32px}
.plot{position:relative;display:flex;flex-direction:column;break-inside:avoid;min-width:0}
figcaption{flex:1 0 auto}
.plot.full{grid-column:1/-1}
.plot p{color:var(--quiet);font-size:14px;margin:2px 0 12px;max-width:116ch}
.chart{display:block;width:100%;height:auto;overflow:visible;font-size:12px}
.chart.narrow{display:none}
text{fill:var(--ink)}
text.tick,text.unit,text.empty{fill:var(--quiet)}
text.label{font-weight:600}
text.quiet{fill:var(--quiet);font-weight:400}
text.accent{fill:var(--accent)}
text.warn{fill:var(--warn)}
.halo{paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}
.grid{stroke:var(--hair);fill:none}
.base{stroke:var(--base);fill:none}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke:var(--ink)}
.line.accent,.hair.accent{stroke:var(--accent)}
.line.quiet,.hair.quiet{stroke:var(--base)}
.line.warn,.hair.warn{stroke:var(--warn)}
.line.wide{stroke-width:3.6;stroke:var(--wide)}
.line.thin{stroke-width:1.1}
.narrow .line{stroke-width:1.3}
.narrow .line.wide{stroke-width:2.6}
.narrow .line.thin{stroke-width:.9}
.line.dashed{stroke-dasharray:4 3}
.line.threshold{stroke:var(--warn);stroke-width:1.3}
.line.faint{stroke-dasharray:2 3}
.hair{fill:none;stroke:var(--ink);stroke-width:1}
.fan-outer{fill:var(--pale)}
.fan-inner{fill:var(--mild)}
.risk-3{fill:var(--pale)}
.risk-2{fill:var(--mild)}
.risk-1{fill:var(--wide)}
.risk-0{fill:var(--warn)}
.implied{fill:var(--flesh)}
.silence{fill:var(--mute)}
.link{stroke:var(--base);stroke-width:1;fill:none}
.fall-owed{fill:var(--dark)}
.fall-lots{fill:var(--mild)}
.fall-waits{fill:var(--stone)}
.fall-first{fill:var(--accent)}
.fall-second{fill:var(--wide)}
.fall-last{fill:var(--warn)}
.dots circle{fill:var(--warn);fill-opacity:.5;stroke:var(--page);stroke-width:.8;stroke-opacity:.9}
.dots.bought circle{fill:var(--accent)}
.mark{stroke:var(--page);stroke-width:1.2;fill:var(--ink)}
.mark.accent{fill:var(--accent)}
.cross{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 2;fill:none;pointer-events:none}
.tip{position:absolute;pointer-events:none;background:var(--page);border:1px solid var(--base);border-radius:4px;box-shadow:0 2px 8px rgba(22,33,44,.12);padding:8px 10px;font-size:12.5px;line-height:1.45;white-space:nowrap;z-index:1}
.tip b{display:block;font-weight:600}
.tip div{display:flex;justify-content:space-between;gap:16px}
.tip span:first-child{color:var(--quiet)}
.scroll{overflow-x:auto;background:linear-gradient(90deg,var(--page) 24px,transparent) left/48px 100% no-repeat local,linear-gradient(270deg,var(--page) 24px,transparent) right/48px 100% no-repeat local,linear-gradient(90deg,var(--base),transparent) left/6px 100% no-repeat,linear-gradient(270deg,var(--base),transparent) right/6px 100% no-repeat}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{font-weight:600;color:var(--quiet);text-align:left;vertical-align:bottom;font-size:12.5px}
th,td{padding:7px 0 7px 18px;border-bottom:1px solid var(--hair);white-space:nowrap}
th:first-child,td:first-child{padding-left:0}
.num{text-align:right}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:13px}
pre{margin:0;padding:14px 16px;background:var(--wash);border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere}
.prose{max-width:92ch}
.prose p+p{margin-top:10px}
.prose+pre{margin-top:10px}
.prose p{overflow-wrap:anywhere}
.terms{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:8px 24px;max-width:92ch;font-size:14px}
.terms dt{font-weight:600}
.settings{width:auto;margin-bottom:16px}
.box{padding:14px 18px;border:1px solid var(--hair);border-radius:4px}
.box .terms{max-width:none}
.box code{overflow-wrap:anywhere}
details{margin-top:24px}
summary{cursor:pointer;font-weight:600}
.exact{width:auto;margin-top:12px;font-size:13px}
.exact td{white-space:normal;overflow-wrap:anywhere}
@media (max-width:960px){.groups{grid-template-columns:repeat(2,minmax(0,1fr))}}
@media (max-width:720px){
main{padding:24px 16px 48px}
h1{font-size:24px}
h2{margin-top:44px}
.verdict strong{font-size:19px}
.plots,.first{grid-template-columns:minmax(0,1fr);gap:40px}
.balance{grid-column:1;grid-row:auto}
.terms{grid-template-columns:minmax(0,1fr);gap:0}
.terms dd{margin-bottom:10px}
}
@media screen and (max-width:560px){
.groups{grid-template-columns:minmax(0,1fr)}
.chart{font-size:11px}
.chart.wide{display:none}
.chart.narrow{display:block}
}
@media print{
@page{margin:14mm}
body{font-size:11pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:none;padding:0}
.groups{grid-template-columns:repeat(3,minmax(0,1fr));gap:16px 20px}
.group dl>div{font-size:9pt}
.group div:first-child>dd:not(.note){font-size:13pt}
.plots{grid-template-columns:repeat(2,minmax(0,1fr));gap:20pt 16pt}
.plot p{font-size:9pt}
.plot.full .chart{font-size:14px}
.plot:not(.full) .wide{display:none}
.plot:not(.full) .narrow{display:block;font-size:11px}
.scroll{overflow:visible}
table{font-size:8pt}
th{font-size:8pt}
th,td{padding:3pt 0 3pt 8pt}
h2{break-after:avoid}
.tip,.cross{display:none}
}
`.trim();

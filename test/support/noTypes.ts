/** Preloaded by tests: the contracts' types cannot be imported, as in a checkout in which nothing was ever compiled. */
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) => {
    if (/\/types\/index\.js$/.test(specifier)) throw new Error("the contracts are asked for");
    return next(specifier, context);
  },
});

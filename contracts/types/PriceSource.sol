// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../interfaces/external/AggregatorV3Interface.sol";
import {CompactFloat} from "../libraries/math/CompactFloat.sol";

/// @notice One price source in one storage word, because every price read costs one word per
/// source.
///
/// Layout from the low bit: feed 160 | heartbeat 24 | minAnswer 24 | maxAnswer 24 | maxDeviation 14
/// | exponent 6 | paired 1 | composed 1 | sequenced 1 | unused 1. Bounds are compact floats,
/// rounded inwards: an answer exactly on a bound is refused, as it must be, and so is one within a
/// part in 2^15 of it.
type PriceSource is uint256;

using {
    feed,
    heartbeat,
    minAnswer,
    maxAnswer,
    maxDeviation,
    exponent,
    paired,
    composed,
    sequenced,
    isPlain,
    withSequenced
} for PriceSource global;

/// @notice The fields of `PriceSource`, unpacked: for setters.
struct PriceSourceFields {
    AggregatorV3Interface feed;
    /// Longest time between answers while the feed works [s].
    uint24 heartbeat;
    /// Exclusive bounds [feed units].
    uint256 minAnswer;
    uint256 maxAnswer;
    /// Most by which two fresh sources may differ and still agree [bps], below 2^14.
    uint256 maxDeviation;
    /// An answer times 10^exponent is a scaled price; below 2^6.
    uint256 exponent;
    /// Whether the asset has a secondary source.
    bool paired;
    /// Whether the price must be divided by the debt asset's own.
    bool composed;
    /// Whether it can be Good only while the chain's sequencer is up.
    bool sequenced;
}

uint256 constant HEARTBEAT_AT = 160;
uint256 constant MIN_ANSWER_AT = 184;
uint256 constant MAX_ANSWER_AT = 208;
uint256 constant DEVIATION_AT = 232;
uint256 constant EXPONENT_AT = 246;
uint256 constant PAIRED_AT = 252;
uint256 constant COMPOSED_AT = 253;
uint256 constant SEQUENCED_AT = 254;

function feed(PriceSource s) pure returns (address) {
    return address(uint160(PriceSource.unwrap(s)));
}

function heartbeat(PriceSource s) pure returns (uint256) {
    return uint24(PriceSource.unwrap(s) >> HEARTBEAT_AT);
}

function minAnswer(PriceSource s) pure returns (uint256) {
    return CompactFloat.decode(uint24(PriceSource.unwrap(s) >> MIN_ANSWER_AT));
}

function maxAnswer(PriceSource s) pure returns (uint256) {
    return CompactFloat.decode(uint24(PriceSource.unwrap(s) >> MAX_ANSWER_AT));
}

function maxDeviation(PriceSource s) pure returns (uint256) {
    return (PriceSource.unwrap(s) >> DEVIATION_AT) & ((1 << 14) - 1);
}

function exponent(PriceSource s) pure returns (uint256) {
    return (PriceSource.unwrap(s) >> EXPONENT_AT) & 63;
}

function paired(PriceSource s) pure returns (bool) {
    return (PriceSource.unwrap(s) >> PAIRED_AT) & 1 == 1;
}

function composed(PriceSource s) pure returns (bool) {
    return (PriceSource.unwrap(s) >> COMPOSED_AT) & 1 == 1;
}

function sequenced(PriceSource s) pure returns (bool) {
    return (PriceSource.unwrap(s) >> SEQUENCED_AT) & 1 == 1;
}

/// @notice Whether the source alone makes the price: neither paired nor composed nor sequenced.
function isPlain(PriceSource s) pure returns (bool) {
    return (PriceSource.unwrap(s) >> PAIRED_AT) & 7 == 0;
}

/// @notice `s` with or without the dependence on the sequencer.
function withSequenced(PriceSource s, bool yes) pure returns (PriceSource) {
    uint256 bit = 1 << SEQUENCED_AT;
    return PriceSource.wrap(yes ? PriceSource.unwrap(s) | bit : PriceSource.unwrap(s) & ~bit);
}

/// @notice Packs `f`. The caller has checked that deviation and exponent fit.
function packPriceSource(PriceSourceFields memory f) pure returns (PriceSource) {
    uint256 word = uint160(address(f.feed));
    word |= uint256(f.heartbeat) << HEARTBEAT_AT;
    word |= uint256(CompactFloat.encodeUp(f.minAnswer)) << MIN_ANSWER_AT;
    word |= uint256(CompactFloat.encodeDown(f.maxAnswer)) << MAX_ANSWER_AT;
    word |= (f.maxDeviation << DEVIATION_AT) | (f.exponent << EXPONENT_AT);
    if (f.paired) word |= 1 << PAIRED_AT;
    if (f.composed) word |= 1 << COMPOSED_AT;
    if (f.sequenced) word |= 1 << SEQUENCED_AT;
    return PriceSource.wrap(word);
}

.pragma library

// Cell voltages of each chemistry in V, and how far an owner may change them.
const chemistries = {
	"LiFePO4": { full: 3.45, floating: 3.375, low: 2.9, high: 3.6, empty: 2.6, highestFull: 3.65, highestHigh: 3.7, lowestEmpty: 2 },
	"NMC": { full: 4.15, floating: 4.05, low: 3.3, high: 4.2, empty: 3, highestFull: 4.2, highestHigh: 4.25, lowestEmpty: 2.5 },
	"LTO": { full: 2.7, floating: 2.5, low: 2, high: 2.8, empty: 1.8, highestFull: 2.8, highestHigh: 2.85, lowestEmpty: 1.5 }
}

const step = 0.005 // V between two voltages ...
const belowHigh = 0.01 // V; ... but between "full" and "high", where the voltage of a top balance lies
const aboveFull = 0.05 // V; the cut-off moves up with "full"

// The voltages in effect: those that the owner has set (not 0), else those of the chemistry.
function effective(chemistry, owner) {
	const preset = chemistries[chemistry]
	const set = name => owner[name] > 0
	const given = name => set(name) ? owner[name] : preset ? preset[name] : 0
	const full = given("full")
	const result = { full: full, floating: given("floating"), low: given("low"), high: given("high"), empty: given("empty") }
	if (preset && !set("floating"))
		result.floating = Math.min(result.floating, full)
	if (preset && !set("high"))
		result.high = Math.max(result.high, Math.min(_rounded(full + aboveFull), preset.highestHigh))
	return result
}

// The lowest and highest value that can be set for a voltage: they must rise from "empty" to "high".
function range(chemistry, owner, name) {
	const bounds = chemistries[chemistry] ?? { highestFull: 5, highestHigh: 5, lowestEmpty: 0.5 }
	const now = effective(chemistry, owner)
	const above = (other, gap) => now[other] > 0 ? now[other] + gap : bounds.lowestEmpty
	const highest = owner.high > 0 ? now.high : bounds.highestHigh
	const ranges = {
		empty: [bounds.lowestEmpty, now.low > 0 ? now.low - step : bounds.highestHigh],
		low: [above("empty", step), now.floating > 0 ? now.floating - step : bounds.highestHigh],
		floating: [above("low", step), now.full > 0 ? now.full : bounds.highestHigh],
		full: [owner.floating > 0 ? now.floating : above("low", step), Math.min(bounds.highestFull, highest - belowHigh)],
		high: [above("full", belowHigh), bounds.highestHigh]
	}
	return { from: _rounded(ranges[name][0]), to: _rounded(ranges[name][1]) }
}

// Whether the owner's voltages contradict each other or the chemistry: then nothing is charged.
function contradict(chemistry, owner) {
	const now = effective(chemistry, owner)
	const bounds = chemistries[chemistry]
	const missing = Object.values(now).some(volts => !(volts > 0))
	if (chemistry === "" || missing)
		return false
	const rising = now.empty < now.low && now.low < now.floating && now.floating <= now.full && _rounded(now.high - now.full) >= belowHigh
	const beyond = bounds && (owner.full > bounds.highestFull || owner.high > bounds.highestHigh
		|| owner.empty > 0 && owner.empty < bounds.lowestEmpty)
	return !rising || Boolean(beyond)
}

function _rounded(volts) {
	return Math.round(volts * 10000) / 10000
}

import QtQuick

// What the services say in English, in the language of the screen.
QtObject {
	id: root

	readonly property var alarms: [
		{ path: "HighCellVoltage", text: qsTr("High cell voltage") },
		{ path: "LowCellVoltage", text: qsTr("Low cell voltage") },
		{ path: "HighVoltage", text: qsTr("High battery voltage") },
		{ path: "LowVoltage", text: qsTr("Low battery voltage") },
		{ path: "HighChargeTemperature", text: qsTr("Too hot to charge") },
		{ path: "LowChargeTemperature", text: qsTr("Too cold to charge") },
		{ path: "HighTemperature", text: qsTr("Battery too hot") },
		{ path: "LowTemperature", text: qsTr("Battery too cold") },
		{ path: "HighChargeCurrent", text: qsTr("High charge current") },
		{ path: "HighDischargeCurrent", text: qsTr("High discharge current") },
		{ path: "InternalFailure", text: qsTr("Fault in the BMS or its settings") },
		{ path: "HighInternalTemperature", text: qsTr("MOSFETs too hot") },
		{ path: "LowSoc", text: qsTr("Low state of charge") },
		{ path: "CellImbalance", text: qsTr("Cell voltages differ") },
		{ path: "BatteryTemperatureSensor", text: qsTr("Temperature sensor fails") }
	]

	// A text of a service -> the same here; %1, %2 are what the brackets match.
	readonly property var sentences: [
		[/^(.*) \(held\)$/, qsTr("%1, from the last reading")],
		[/^rising again after: (.*)$/, qsTr("rising slowly after: %1")],
		[/^rising to: (.*)$/, qsTr("rising slowly to: %1")],
		[/^BMS protection: (.*)$/, qsTr("protection of the BMS: %1")],
		[/^cell (\d+) at ([\d.]+) V: stopped at ([\d.]+) V until back at ([\d.]+) V$/, qsTr("cell %1 at %2 V: stopped at %3 V until back at %4 V")],
		[/^cell (\d+) at ([\d.]+) V: dead or shorted, have it checked$/, qsTr("cell %1 at %2 V: dead or shorted, have it checked")],
		[/^cell (\d+) at ([\d.]+) V: at most .*$/, qsTr("cell %1 at %2 V: deeply discharged, only a small current")],
		[/^cell (\d+) at ([\d.]+) V$/, qsTr("cell %1 at %2 V")],
		[/^cells at (-?[\d.]+) °C$/, qsTr("cells at %1 °C")],
		[/^MOSFETs at (-?[\d.]+) °C$/, qsTr("MOSFETs at %1 °C")],
		[/^SoC (\d+) %$/, qsTr("state of charge %1 %")],
		[/^Max(?:Charge|Discharge)Current ([\d.]+) A$/, qsTr("your limit of %1 A")],
		[/^[\d.]+ C of ([\d.]+) Ah \(no limit set\)$/, qsTr("by its capacity of %1 Ah; no limit is set")],
		[/^BMS rated ([\d.]+) A \(no limit set\)$/, qsTr("by the rating of the BMS, %1 A; no limit is set")],
		[/^at most ([\d.]+) A \(no limit set\)$/, qsTr("at most %1 A, as no limit is set")],
		[/^capacity unknown: .*$/, qsTr("the capacity is unknown: set it, or a current")],
		[/^sensor 1 \(TemperatureRoles not set\) at (-?[\d.]+) °C$/, qsTr("sensor 1 at %1 °C; where it is has not been set")],
		[/^(?:No contact: )?WakeCurrent ([\d.]+) A$/, qsTr("%1 A to wake the BMS")],
		[/^charge MOSFETs? of (.*) (?:is|are) off$/, qsTr("charge MOSFET off: %1")],
		[/^discharge MOSFETs? of (.*) (?:is|are) off$/, qsTr("discharge MOSFET off: %1")],
		[/^no pack is connected$/, qsTr("no pack is connected")],
		[/^CVL lowered because chargers exceed the CCL$/, qsTr("lowered because chargers exceed the current limit")],
		[/^CVL lowered because cell voltages are unknown$/, qsTr("lowered because cell voltages are unknown")],
		[/^CVL lowered for a dead cell$/, qsTr("lowered for a dead cell")],
		[/^CVL lowered while charging is stopped$/, qsTr("lowered while charging is stopped")],
		[/^CVL lowered for the highest cell$/, qsTr("lowered for the highest cell")],
		[/^top balance$/, qsTr("to balance the cells")],
		[/^balancing$/, qsTr("balancing")],
		[/^Refused$/, qsTr("the settings are refused")],
		[/^(.*) has a charge voltage limit$/, qsTr("%1 has a charge voltage limit")],
		[/^(.*) controls$/, qsTr("%1 controls")],
		[/^the pack did not answer in time$/, qsTr("the pack did not answer in time")],
		[/^not in range$/, qsTr("not in range")],
		[/^connection lost$/, qsTr("connection lost")],
		[/^the pack needs to be paired$/, qsTr("the pack needs to be paired")],
		[/^reached, but it is another make of BMS$/, qsTr("reached, but it is another make of BMS")],
		[/^cell voltages unknown$/, qsTr("cell voltages unknown")],
		[/^charge MOSFET is off$/, qsTr("the charge MOSFET is off")],
		[/^discharge MOSFET is off$/, qsTr("the discharge MOSFET is off")],
		[/^no reliable cell temperature sensor$/, qsTr("no reliable temperature sensor at the cells")],
		[/^No contact: not charging$/, qsTr("no contact: no charging")],
		[/^No contact: not discharging$/, qsTr("no contact: no discharging")],
		[/^No contact: reduced$/, qsTr("no contact: reduced")],
		[/^(?:a cell is too high|cell overvoltage)$/, qsTr("a cell is too high")],
		[/^(?:a cell is too low|cell undervoltage)$/, qsTr("a cell is too low")],
		[/^(?:pack voltage too high|pack overvoltage)$/, qsTr("pack voltage too high")],
		[/^(?:pack voltage too low|pack undervoltage)$/, qsTr("pack voltage too low")],
		[/^(?:too hot|(?:dis)?charge overtemperature)$/, qsTr("too hot")],
		[/^(?:too cold|(?:dis)?charge undertemperature)$/, qsTr("too cold")],
		[/^(?:charge current too high|charge overcurrent)$/, qsTr("charge current too high")],
		[/^(?:discharge current too high|discharge overcurrent)$/, qsTr("discharge current too high")],
		[/^(?:MOSFETs too hot|MOSFET overtemperature)$/, qsTr("MOSFETs too hot")],
		[/^(?:the BMS cannot measure|frontend error)$/, qsTr("the BMS cannot measure")],
		[/^charge fault$/, qsTr("charge fault")],
		[/^discharge fault$/, qsTr("discharge fault")],
		[/^short circuit$/, qsTr("short circuit")],
		[/^Chemistry is not chosen$/, qsTr("the chemistry is not chosen")],
		[/^this make is only watched$/, qsTr("this make is only watched")],
		[/^part of the bank (.*)$/, qsTr("part of the bank %1")],
		[/^Bulk$/, qsTr("Bulk")],
		[/^Absorption$/, qsTr("Absorption")],
		[/^Float$/, qsTr("Float")],
		[/^starting$/, qsTr("starting")],
		[/^searching$/, qsTr("searching")],
		[/^connecting$/, qsTr("connecting")],
		[/^needs password$/, qsTr("it needs its password")],
		[/^not connected to the others$/, qsTr("not connected to the others")],
		[/^lent to the phone app$/, qsTr("lent to the phone app")],
		[/^no contact$/, qsTr("no contact")],
		[/^never read$/, qsTr("never read")]
	]

	function said(text) {
		for (const [pattern, here] of sentences) {
			const found = pattern.exec(text)
			if (found)
				return found.slice(1).reduce((words, part) => words.arg(said(part)), here)
		}
		if (text.includes(", "))
			return text.split(", ").map(said).join(", ")
		const ofPack = /^([^:]+): (.+)$/.exec(text) // of a bank: "Bow: cell 3 at 3.46 V"
		return ofPack ? ofPack[1] + ": " + said(ofPack[2]) : text
	}

	function sentence(text) {
		const words = said(text)
		return words.charAt(0).toUpperCase() + words.substring(1)
	}

	// Ages change once a minute.
	function duration(seconds) {
		if (seconds < 60)
			return qsTr("less than a minute")
		return seconds < 5400 ? qsTr("%1 min").arg(Math.round(seconds / 60)) : qsTr("%1 h").arg(Math.round(seconds / 3600))
	}

	function signal(dBm) {
		return dBm >= -70 ? qsTr("good") : dBm >= -82 ? qsTr("fair") : qsTr("weak")
	}
}

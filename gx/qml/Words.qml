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
		{ path: "BatteryTemperatureSensor", text: qsTr("Temperature sensor fails") },
		{ path: "BmsCable", text: qsTr("No contact with the BMS") }
	]

	// What begins, or is, a text of a service -> the same here. %1, %2 are what the brackets match.
	readonly property var sentences: [
	]

	function said(text) {
		for (const [pattern, here] of sentences) {
			const found = pattern.exec(text)
			if (found)
				return found.slice(1).reduce((words, part) => words.arg(part), here)
		}
		return text
	}

	function duration(seconds) {
		if (seconds < 90)
			return qsTr("%1 s").arg(Math.round(seconds))
		return seconds < 5400 ? qsTr("%1 min").arg(Math.round(seconds / 60)) : qsTr("%1 h").arg(Math.round(seconds / 3600))
	}

	function signal(dBm) {
		return dBm >= -70 ? qsTr("good") : dBm >= -82 ? qsTr("fair") : qsTr("weak")
	}
}

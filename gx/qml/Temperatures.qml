pragma ComponentBehavior: Bound
import QtQuick
import Victron.VenusOS

// Each temperature sensor, and where it is.
SettingsColumn {
	id: root

	property string uid
	property real pageWidth

	width: parent ? parent.width : 0

	VeQuickItem { id: count; uid: root.uid + "/System/NrOfTemperatureSensors" }

	SettingsListHeader {
		text: qsTr("Temperatures")
		preferredVisible: (count.value ?? 0) > 0
	}

	Repeater {
		model: count.valid ? count.value : 0

		delegate: ListText {
			id: sensor

			required property int index

			text: role.value === "MOSFETs" ? qsTr("MOSFETs (sensor %1)").arg(index + 1)
				: role.value === "cells" ? qsTr("Cells (sensor %1)").arg(index + 1)
				: qsTr("Sensor %1").arg(index + 1)
			dataItem.uid: root.uid + "/System/Temperature" + (index + 1)
			secondaryText: dataItem.valid ? dataItem.value.toFixed(1) + " °C" : "--"

			VeQuickItem { id: role; uid: root.uid + "/System/TemperatureRole" + (sensor.index + 1) }
		}
	}
}

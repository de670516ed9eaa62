import QtQuick
import Victron.VenusOS
import "Voltages.js" as Voltages

Page {
	id: root

	required property string base

	readonly property var effective: Voltages.effective(chemistry.value ?? "", {
		full: full.value ?? 0, high: high.value ?? 0, low: low.value ?? 0, floating: 0, empty: 0
	})

	title: qsTr("Warnings")

	VeQuickItem { id: chemistry; uid: root.base + "/Chemistry" }
	VeQuickItem { id: full; uid: root.base + "/CellFull" }
	VeQuickItem { id: high; uid: root.base + "/CellHighCutoff" }
	VeQuickItem { id: low; uid: root.base + "/CellLow" }

	GradientListView {
		model: VisibleItemModel {
			SettingNumber {
				text: qsTr("Low state of charge")
				caption: qsTr("Alarm at half of it; 0: off")
				uid: root.base + "/LowSocWarning"
				suffix: " %"
				to: 100
			}
			SettingNumber {
				text: qsTr("Difference between cells")
				caption: qsTr("Alarm at twice as much; 0: off")
				uid: root.base + "/CellImbalanceWarning"
				suffix: " V"
				decimals: 2
				stepSize: 0.01
				to: 1
			}
			SettingNumber {
				text: qsTr("High cell voltage")
				caption: isSet ? qsTr("0: as in the preset") : qsTr("As in the preset")
				uid: root.base + "/HighCellWarning"
				unset: 0
				unsetText: root.effective.high > 0 ? "" : qsTr("Preset")
				start: (root.effective.full + root.effective.high) / 2
				suffix: " V"
				decimals: 3
				stepSize: 0.005
				to: 5
			}
			SettingNumber {
				text: qsTr("Low cell voltage")
				caption: isSet ? qsTr("0: as in the preset") : qsTr("As in the preset")
				uid: root.base + "/LowCellWarning"
				unset: 0
				unsetText: root.effective.low > 0 ? "" : qsTr("Preset")
				start: root.effective.low
				suffix: " V"
				decimals: 3
				stepSize: 0.005
				to: 5
			}
			SettingNumber {
				id: hot
				text: qsTr("High cell temperature")
				uid: root.base + "/HighTemperatureWarning"
				unset: -300
				unsetText: qsTr("Preset")
				start: 50
				suffix: " °C"
				to: 100
			}
			SettingNumber {
				id: cold
				text: qsTr("Low cell temperature")
				uid: root.base + "/LowTemperatureWarning"
				unset: -300
				unsetText: qsTr("Preset")
				start: 0
				suffix: " °C"
				from: -40
				to: 50
			}
			ListButton {
				text: qsTr("Both temperatures as in the preset")
				secondaryText: qsTr("Reset")
				preferredVisible: hot.isSet || cold.isSet
				writeAccessLevel: VenusOS.User_AccessType_User
				onClicked: {
					hot.dataItem.setValue(-300)
					cold.dataItem.setValue(-300)
				}
			}
			SettingNumber {
				text: qsTr("MOSFET temperature")
				caption: qsTr("Alarm 15 °C above it; 0: off")
				uid: root.base + "/MosfetTemperatureWarning"
				suffix: " °C"
				to: 120
			}
			SettingChoice {
				text: qsTr("Cell over-voltage at the end of a charge")
				uid: root.base + "/CellOvervoltageAlarm"
				optionModel: [ { display: qsTr("Warning"), value: 1 }, { display: qsTr("Alarm"), value: 2 } ]
			}
		}
	}
}

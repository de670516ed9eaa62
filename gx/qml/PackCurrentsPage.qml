import QtQuick
import Victron.VenusOS

Page {
	id: root

	required property string base

	title: qsTr("Currents and capacity")

	VeQuickItem { id: nominal; uid: root.base + "/Nominal" }

	GradientListView {
		model: VisibleItemModel {
			PackChargeCurrentRow {
				id: charge
				base: root.base
			}
			PackDischargeCurrentRow {
				id: discharge
				base: root.base
			}
			ListButton {
				text: qsTr("Both currents automatic")
				secondaryText: qsTr("Reset")
				preferredVisible: charge.isSet || discharge.isSet
				writeAccessLevel: VenusOS.User_AccessType_User
				onClicked: {
					charge.dataItem.setValue(-1)
					discharge.dataItem.setValue(-1)
				}
			}
			PrimaryListLabel { text: qsTr("Use the lowest rating of cells, BMS, cables and fuse.") }
			SettingNumber {
				text: qsTr("Capacity")
				caption: isSet ? qsTr("0: as the BMS reports") : qsTr("As the BMS reports")
				uid: root.base + "/Capacity"
				unset: 0
				unsetText: nominal.value > 0 ? nominal.value.toFixed(0) + suffix : "--"
				start: nominal.value > 0 ? nominal.value : 0
				suffix: " Ah"
				to: 10000
			}
			SettingSwitch {
				text: qsTr("Limit currents by temperature")
				caption: qsTr("Charging then needs a cell temperature")
				uid: root.base + "/TemperatureControl"
				questionOff: qsTr("Nothing then stops charging below freezing except the BMS. Charging frozen cells destroys them.")
			}
		}
	}
}

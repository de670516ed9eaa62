import QtQuick
import Victron.VenusOS

// What may be switched, and what the switch pane shows.
Page {
	id: root

	required property string base
	property bool watchOnly // its make is never switched, but can be lent

	title: qsTr("Switching")

	VeQuickItem { id: charging; uid: root.base + "/AllowMosfetControl" }
	VeQuickItem { id: lending; uid: root.base + "/AllowLending" }

	GradientListView {
		model: VisibleItemModel {
			SettingSwitch {
				text: qsTr("Allow switching charging")
				caption: qsTr("Charging off and on, discharging on")
				uid: root.base + "/AllowMosfetControl"
				preferredVisible: !root.watchOnly
				questionOn: qsTr("Anyone at this screen, in VRM or on the network can then turn off charging of this pack, without being asked.")
			}
			SettingSwitch {
				text: qsTr("Allow turning discharging off")
				caption: qsTr("The GX loses power if only this pack feeds it")
				uid: root.base + "/AllowDischargeOff"
				preferredVisible: !root.watchOnly
				interactive: dataItem.valid && (charging.value === 1 || dataItem.value === 1) // it needs the permission above
				questionOn: qsTr("Everything that only this pack feeds goes off at one tap. If that includes the GX, it loses power, and nobody can turn the pack on from here.")
			}
			SettingSwitch {
				text: qsTr("Allow switching balancing")
				caption: qsTr("Changes a setting of the BMS")
				uid: root.base + "/AllowParameterWrites"
				preferredVisible: !root.watchOnly
				questionOn: qsTr("Cells drift apart while balancing is off. The BMS keeps this setting, also without this program.")
			}
			SettingSwitch {
				text: qsTr("Allow lending to the phone app")
				caption: qsTr("A pack in control is not charged meanwhile")
				uid: root.base + "/AllowLending"
				questionOn: qsTr("While the phone app has the pack, the GX does not see it. If it controls charging, charging stops.")
			}
			SectionHeader {
				text: qsTr("On the switch pane")
				preferredVisible: (charging.value === 1 && !root.watchOnly) || lending.value === 1
			}
			PaneRow {
				text: qsTr("Charging")
				uid: root.base + "/ChargeSwitchShow"
				preferredVisible: charging.value === 1 && !root.watchOnly
			}
			PaneRow {
				text: qsTr("Discharging")
				uid: root.base + "/DischargeSwitchShow"
				preferredVisible: charging.value === 1 && !root.watchOnly
			}
			PaneRow {
				text: qsTr("Lend to the phone app")
				uid: root.base + "/LendSwitchShow"
				preferredVisible: lending.value === 1
			}
		}
	}
}

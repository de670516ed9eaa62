import QtQuick
import Victron.VenusOS
import "States.js" as States

// Everything about one bank.
Page {
	id: root

	required property int number
	required property string row // uid of its row in the service
	readonly property string base: Global.systemSettings.serviceUid + "/Settings/Services/Xbms/Banks/" + number

	title: name.value ?? qsTr("Bank %1").arg(number)

	VeQuickItem { id: name; uid: root.row + "/Name" }
	VeQuickItem { id: state; uid: root.row + "/State" }
	VeQuickItem { id: stored; uid: root.base + "/Members" }

	GradientListView {
		model: VisibleItemModel {
			PrimaryListLabel {
				text: States.bankWords(state.value)
				preferredVisible: text.length > 0
			}
			PageLink {
				text: qsTr("Packs")
				secondaryText: stored.value ? qsTr("%n pack(s)", "", stored.value.split(" ").length) : qsTr("All packs")
				page: Qt.resolvedUrl("BankMembersPage.qml")
				properties: ({ base: root.base })
			}
			SettingChoice {
				text: qsTr("Wiring")
				uid: root.base + "/Topology"
				defaultSecondaryText: dataItem.value ?? "--"
				optionModel: [
					{ display: qsTr("Parallel"), value: "parallel", caption: qsTr("The same voltage; currents add up") },
					{ display: qsTr("Series"), value: "series", caption: qsTr("The same current; voltages add up") },
					{ display: qsTr("2 in series, 2 parallel"), value: "2s2p" },
					{ display: qsTr("2 in series, 3 parallel"), value: "2s3p" },
					{ display: qsTr("2 in series, 4 parallel"), value: "2s4p" },
					{ display: qsTr("4 in series, 2 parallel"), value: "4s2p" }
				]
			}
			SettingSwitch {
				text: qsTr("These packs act as one battery")
				uid: root.base + "/Enabled"
				questionOn: qsTr("Only if these packs are really wired together as chosen here. Otherwise limits are wrong and packs can be overcharged.")
				questionOff: qsTr("The bank leaves the GX, and its packs are batteries of their own again. Chargers that obey it stop with error 67.")
			}
			SettingChoice {
				text: qsTr("Control")
				uid: root.base + "/Control"
				optionModel: [
					{
						display: qsTr("Only shown"), value: 0, caption: qsTr("Chargers do not obey it"),
						question: qsTr("Chargers that obey this bank stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.")
					},
					{
						display: qsTr("Controls charging"), value: 1, caption: qsTr("Every pack needs a chemistry"),
						question: qsTr("With DVCC on, chargers and inverters obey this bank's voltage and currents. Check chemistry and currents of its packs first.")
					}
				]
			}
			SettingSwitch {
				text: qsTr("Allow watch-only packs")
				caption: qsTr("Only within the currents that you set for each")
				uid: root.base + "/AllowWatchOnlyMembers"
				questionOn: qsTr("What a watch-only pack reports must not be relied on: a wrong value can overcharge it. Only the highest currents that you set on its own page protect it. Without them the bank does not control.")
				questionOff: qsTr("If the bank has a watch-only pack, chargers no longer obey it and stop with error 67.")
			}
			SettingText {
				text: qsTr("Name")
				uid: root.base + "/Name"
				placeholderText: qsTr("Enter a name")
			}
			SettingNumber {
				id: charge
				text: qsTr("Highest charge current")
				uid: root.base + "/MaxChargeCurrent"
				unset: -1
				unsetText: qsTr("Automatic")
				caption: isSet ? "" : qsTr("What the packs can take")
				start: 100
				suffix: " A"
				to: 5000
			}
			SettingNumber {
				id: discharge
				text: qsTr("Highest discharge current")
				uid: root.base + "/MaxDischargeCurrent"
				unset: -1
				unsetText: qsTr("Automatic")
				caption: isSet ? "" : qsTr("What the packs can give")
				start: 100
				suffix: " A"
				to: 5000
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
		}
	}
}

import QtQuick
import Victron.VenusOS

Page {
	id: root

	required property string base

	title: qsTr("Bluetooth")

	GradientListView {
		model: VisibleItemModel {
			SettingChoice {
				text: qsTr("Connection")
				caption: optionModel[currentIndex]?.caption ?? ""
				uid: root.base + "/ConnectionMode"
				optionModel: [
					{ display: qsTr("Stays connected"), value: 0, caption: qsTr("The phone app cannot connect; lend the pack to it") },
					{ display: qsTr("For each reading"), value: 1, caption: qsTr("The phone app can connect in between") }
				]
			}
			SettingText {
				text: qsTr("Password")
				uid: root.base + "/Password"
				echoMode: TextInput.PasswordEchoOnEdit
				placeholderText: qsTr("None")
				pattern: "^[ -~]{0,32}$"
				form: qsTr("a password has up to 32 characters")
			}
			SettingText {
				text: qsTr("Passkey")
				uid: root.base + "/Passkey"
				echoMode: TextInput.PasswordEchoOnEdit
				placeholderText: qsTr("None")
				pattern: "^[0-9]{0,6}$"
				form: qsTr("a passkey has up to six digits")
			}
			PrimaryListLabel { text: qsTr("Most packs need neither. A passkey is for packs that want to be paired.") }
			SettingSwitch {
				text: qsTr("Accept a replaced BMS")
				caption: qsTr("After the BMS was replaced or reconfigured; turns itself off")
				uid: root.base + "/AcceptNewBms"
			}
		}
	}
}

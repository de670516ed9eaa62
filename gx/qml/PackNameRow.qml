import QtQuick

SettingText {
	required property string base

	text: qsTr("Name")
	uid: base + "/CustomName"
	placeholderText: qsTr("Enter a name")
}

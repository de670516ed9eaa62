import QtQuick

// Where a switch is shown.
SettingChoice {
	optionModel: [
		{ display: qsTr("Hidden"), value: 0 },
		{ display: qsTr("Shown"), value: 1, caption: qsTr("A tap switches at once") },
		{ display: qsTr("On the GX only"), value: 2 },
		{ display: qsTr("In VRM only"), value: 4 }
	]
}

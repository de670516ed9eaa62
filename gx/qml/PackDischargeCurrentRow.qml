import QtQuick

PackCurrentRow {
	text: qsTr("Highest discharge current")
	uid: base + "/MaxDischargeCurrent"
	share: 0.5
}

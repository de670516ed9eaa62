import QtQuick

PackCurrentRow {
	text: qsTr("Highest charge current")
	uid: base + "/MaxChargeCurrent"
	share: 0.3
}

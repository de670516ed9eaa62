import QtQuick
import Victron.VenusOS

// A discovered pack with its signal; the button adds it and asks what matters, or opens a known one.
ListButton {
	id: root

	required property string row // uid of its row in the service
	readonly property string signalWords: {
		if (!rssi.valid)
			return qsTr("connected")
		const strength = rssi.value >= -70 ? qsTr("strong signal") : rssi.value >= -85 ? qsTr("medium signal") : qsTr("weak signal")
		return qsTr("%1, %2 dBm").arg(strength).arg(rssi.value)
	}

	readonly property string makeWords: watchOnly.value === 1 ? qsTr("%1 (watch only)").arg(make.value) : make.value ?? ""

	function _open(page) {
		Global.pageManager.pushPage(Qt.resolvedUrl(page).toString(), { address: address.value, watchOnly: watchOnly.value === 1 })
	}

	function _add() {
		add.setValue(address.value) // the address: rows change while a search runs
		_open("NewPackPage.qml")
	}

	text: name.value || address.value || ""
	caption: [name.value ? address.value : "", [makeWords, signalWords].filter(Boolean).join(", ")].filter(Boolean).join("\n")
	secondaryText: known.value === 1 ? qsTr("Settings") : qsTr("Add")
	interactive: address.valid
	writeAccessLevel: VenusOS.User_AccessType_User
	onClicked: known.value === 1 ? _open("PackPage.qml") : _add()

	VeQuickItem { id: address; uid: root.row + "/Address" }
	VeQuickItem { id: name; uid: root.row + "/Name" }
	VeQuickItem { id: make; uid: root.row + "/Make" }
	VeQuickItem { id: watchOnly; uid: root.row + "/WatchOnly" }
	VeQuickItem { id: rssi; uid: root.row + "/Rssi" }
	VeQuickItem { id: known; uid: root.row + "/Known" }
	VeQuickItem { id: add; uid: root.row + "/Add" }
}

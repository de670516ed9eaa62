import QtQuick
import Victron.VenusOS

// A highest current; not set, it is a share of the capacity.
SettingNumber {
	id: root

	required property string base
	property real share // A per Ah

	unset: -1
	unsetText: qsTr("Automatic")
	caption: isSet ? "" : qsTr("%1 % of the capacity, at most what the BMS is rated for").arg(share * 100)
	start: Math.round(share * (capacity.value > 0 ? capacity.value : nominal.value > 0 ? nominal.value : 100))
	suffix: " A"
	to: 2000

	VeQuickItem { id: capacity; uid: root.base + "/Capacity" }
	VeQuickItem { id: nominal; uid: root.base + "/Nominal" }
}

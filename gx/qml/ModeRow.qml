import QtQuick
import Victron.VenusOS

// The charge voltage limit and the phase of the charge; without one, why chargers are not controlled.
ListText {
	id: root

	required property VeQuickItem mode
	required property Words words

	readonly property string watching: "Not controlling: "

	text: dataItem.valid ? qsTr("Charge voltage") : qsTr("Does not control chargers")
	preferredVisible: dataItem.valid || mode.valid
	secondaryText: dataItem.valid ? dataItem.value.toFixed(2) + " V" : ""
	caption: mode.valid ? words.sentence(mode.value.replace(watching, "")) : ""
}

import QtQuick
import Victron.VenusOS

// One finding, in words.
ListText {
	id: root

	required property string row // uid of its row in the service

	text: level.value === 2 ? qsTr("Problem") : qsTr("Note")
	caption: words.value ?? ""
	secondaryText: ""

	VeQuickItem { id: level; uid: root.row + "/Level" }
	VeQuickItem { id: words; uid: root.row + "/Text" }
}

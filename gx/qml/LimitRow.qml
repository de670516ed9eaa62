import QtQuick
import Victron.VenusOS

// A current limit, and what sets it. A pack of a bank has no limit of its own: there, the words begin with it.
ListText {
	id: root

	required property Words words
	property alias limitation: why.uid

	readonly property var ofBank: why.valid ? /^([\d.]+ A): (.*)$/.exec(why.value) : null

	preferredVisible: dataItem.valid || why.valid
	secondaryText: dataItem.valid ? dataItem.value.toFixed(1) + " A" : ofBank ? ofBank[1] : ""
	caption: ofBank ? words.sentence(ofBank[2]) : why.valid ? words.sentence(why.value) : ""

	VeQuickItem { id: why }
}

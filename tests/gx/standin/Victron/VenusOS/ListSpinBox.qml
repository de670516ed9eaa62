import QtQuick
import Victron.VenusOS

ListButton {
	id: root

	readonly property VeQuickItem dataItem: VeQuickItem {}
	property var value: dataItem.valid ? dataItem.value : 0
	property string suffix
	property int decimals
	property real from: 0
	property real to: 1000000
	property real stepSize: 1
	property var presets: []
	property string fromErrorText
	property string toErrorText

	signal selectorAccepted(newValue: var)

	// Choose a number in the dialog.
	function _choose(number) {
		if (!clickable)
			return
		const chosen = Math.min(to, Math.max(from, number))
		if (dataItem.uid)
			dataItem.setValue(chosen)
		else
			value = chosen
		selectorAccepted(chosen)
	}

	interactive: dataItem.uid === "" || dataItem.valid
	secondaryText: value === undefined ? "--" : Number(value).toFixed(decimals) + suffix
}

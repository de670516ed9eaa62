import QtQuick
import Victron.VenusOS

// A number with a range and a unit, for every user. At the value "unset" something else decides: then the row
// shows "unsetText", or "start" if there is none, and editing begins at "start".
ListSpinBox {
	id: root

	required property string uid
	property real unset: -1000
	property string unsetText
	property real start: from
	readonly property bool isSet: dataItem.valid && dataItem.value !== unset

	dataItem.uid: root.uid
	value: isSet ? dataItem.value : start
	secondaryText: !dataItem.valid ? "--"
		: !isSet && unsetText ? unsetText : Number(isSet ? dataItem.value : start).toFixed(decimals) + suffix
	fromErrorText: qsTr("The lowest value is %1.").arg(from.toFixed(decimals) + suffix)
	toErrorText: qsTr("The highest value is %1.").arg(to.toFixed(decimals) + suffix)
	writeAccessLevel: VenusOS.User_AccessType_User
	onSelectorAccepted: function(newValue) { check.expect(newValue) }

	StoredCheck {
		id: check
		name: root.text
		item: root.dataItem
	}
}

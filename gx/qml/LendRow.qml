import QtQuick
import Victron.VenusOS

// Lends the link to the phone app, which cannot connect otherwise, and takes it back.
ListButton {
	id: root

	required property VeQuickItem lent // minutes left
	property alias status: output.uid

	readonly property int minutes: 30
	readonly property bool isLent: lent.value > 0

	text: qsTr("Lend Bluetooth to the phone app")
	secondaryText: isLent ? qsTr("Take back") : qsTr("Lend for %1 min").arg(minutes)
	caption: isLent ? qsTr("Lent, %1 min left").arg(lent.value)
		: output.value === 0x20 ? qsTr("Not allowed by the settings of the pack.") : ""
	enabled: output.value !== 0x20
	preferredVisible: lent.valid
	writeAccessLevel: VenusOS.User_AccessType_User
	onClicked: lent.setValue(isLent ? 0 : minutes)

	VeQuickItem { id: output }
}

import QtQuick
import Victron.VenusOS

// What the newest request came to, in the program's words, if it was made since the page was opened.
PrimaryListLabel {
	id: root

	property string _before

	text: message.value ?? ""
	preferredVisible: text.length > 0 && text !== _before
	Component.onCompleted: _before = text

	VeQuickItem {
		id: message
		uid: BackendConnection.serviceUidFromName("com.victronenergy.xbms", 0) + "/Message"
	}
}

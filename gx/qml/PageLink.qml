import QtQuick
import Victron.VenusOS

// A row that opens another page of this plugin; the page is read when it is first opened.
ListNavigation {
	required property url page
	property var properties: ({})

	onClicked: Global.pageManager.pushPage(page.toString(), properties)
}

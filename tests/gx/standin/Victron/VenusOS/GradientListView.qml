import QtQuick

ListView {
	anchors.fill: parent
	clip: true
	bottomMargin: 16
	cacheBuffer: 100000 // every row exists, also below the screen
}

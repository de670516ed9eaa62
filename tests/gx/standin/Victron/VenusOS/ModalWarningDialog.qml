import QtQuick
import Victron.VenusOS

Rectangle {
	id: root

	property string title
	property string description
	property string acceptText: "OK"
	property string rejectText: "Cancel"
	property int dialogDoneOptions: VenusOS.ModalDialog_DoneOptions_OkOnly

	signal accepted()
	signal rejected()
	signal closed()

	function accept() { accepted(); closed() }
	function reject() { rejected(); closed() }

	anchors.centerIn: parent
	width: Math.min(624, parent ? parent.width - 32 : 0)
	height: texts.height + 96
	radius: 8
	color: Theme.color_background_secondary
	border { width: 2; color: Theme.color_red }

	Column {
		id: texts
		x: Theme.geometry_page_content_horizontalMargin
		y: 16
		width: parent.width - 2 * x
		spacing: 16

		Label {
			width: parent.width
			text: root.title
			font.pixelSize: Theme.portrait ? Theme.font_size_body2 : Theme.font_size_h1
			horizontalAlignment: Text.AlignHCenter
			wrapMode: Text.WordWrap
		}

		Label {
			width: parent.width
			text: root.description
			font.pixelSize: Theme.portrait ? Theme.font_size_caption : Theme.font_size_body1
			horizontalAlignment: Text.AlignHCenter
			wrapMode: Text.WordWrap
		}
	}

	Row {
		anchors { bottom: parent.bottom; bottomMargin: 24; horizontalCenter: parent.horizontalCenter }

		Repeater {
			model: root.dialogDoneOptions > VenusOS.ModalDialog_DoneOptions_OkOnly ? [root.rejectText, root.acceptText] : [root.acceptText]

			delegate: Label {
				required property string modelData

				width: (root.width - 16) / (root.dialogDoneOptions > VenusOS.ModalDialog_DoneOptions_OkOnly ? 2 : 1)
				text: modelData
				elide: Text.ElideRight
				horizontalAlignment: Text.AlignHCenter
				font.pixelSize: Theme.portrait ? Theme.font_size_caption : Theme.font_size_body2
			}
		}
	}
}

import QtQuick
import Victron.VenusOS

Text {
	color: Theme.color_font_primary
	font.family: "Roboto"
	font.pixelSize: Theme.font_size_body1
	textFormat: Text.PlainText
}

pragma Singleton
import QtQuick

// Names, sizes and colours that gui-v2 has had from 1.2.33 to 1.3.x.
QtObject {
	id: root

	enum Screen { FiveInch, SevenInch, Portrait }
	enum Scheme { Dark, Light }

	property int screenSize: Theme.FiveInch
	property int colorScheme: Theme.Dark
	readonly property bool seven: screenSize === Theme.SevenInch
	readonly property bool portrait: screenSize === Theme.Portrait
	readonly property bool dark: colorScheme === Theme.Dark

	readonly property int geometry_page_content_horizontalMargin: seven ? 40 : portrait ? 16 : 24
	readonly property int geometry_page_content_verticalMargin: seven ? 40 : 24
	readonly property int geometry_listItem_height: seven ? 64 : 48
	readonly property int geometry_listItem_radius: 8
	readonly property int geometry_listItem_content_horizontalMargin: portrait ? 12 : 24
	readonly property int geometry_listItem_content_verticalMargin: seven ? 16 : portrait ? 8 : 12
	readonly property int geometry_listItem_content_spacing: seven ? 16 : portrait ? 8 : 12
	readonly property int geometry_gradientList_spacing: 4
	readonly property int geometry_button_height: portrait ? 36 : 40
	readonly property int geometry_button_radius: 8
	readonly property int geometry_button_border_width: 2

	readonly property int font_size_tiny: 14
	readonly property int font_size_caption: 16
	readonly property int font_size_body1: 18
	readonly property int font_size_body2: 22
	readonly property int font_size_body3: 28
	readonly property int font_size_h1: 34

	readonly property color color_blue: "#387DC5"
	readonly property color color_dimBlue: "#27588A"
	readonly property color color_darkBlue: "#11263B"
	readonly property color color_orange: "#F0962E"
	readonly property color color_darkOrange: "#482D0E"
	readonly property color color_green: "#72B84C"
	readonly property color color_darkGreen: "#223817"
	readonly property color color_red: "#F35C58"
	readonly property color color_darkRed: "#491C1B"
	readonly property color color_ok: color_blue
	readonly property color color_warning: color_orange
	readonly property color color_critical: color_red
	readonly property color color_gray1: "#141414"
	readonly property color color_gray2: "#272622"
	readonly property color color_gray3: "#504F4B"
	readonly property color color_gray4: "#64635F"
	readonly property color color_gray5: "#969591"
	readonly property color color_font_primary: dark ? "#FFFFFF" : color_gray2
	readonly property color color_font_secondary: color_gray5
	readonly property color color_font_disabled: color_gray4
	readonly property color color_page_background: dark ? "#000000" : "#E6E5E1"
	readonly property color color_background_primary: dark ? "#000000" : "#FFFFFF"
	readonly property color color_background_secondary: dark ? color_gray1 : "#FAF9F5"
	readonly property color color_listItem_background: color_background_secondary
	readonly property color color_listItem_secondaryText: dark ? color_gray5 : color_gray4
	readonly property color color_listItem_separator: color_gray4
}

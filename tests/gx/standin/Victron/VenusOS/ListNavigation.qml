import QtQuick
import Standin
import Victron.VenusOS

ListRow {
	id: root

	property string secondaryText

	signal clicked()

	function _tap() {
		if (interactive)
			clicked()
	}

	interactive: true

	SecondaryText {
		row: root
		reserved: 32
		text: root.secondaryText
	}

	Image { // in place of an arrow
		visible: root.interactive
		width: 20
		height: 20
	}
}

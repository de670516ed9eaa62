import QtQuick
import Standin
import Victron.VenusOS

ListRow {
	id: root

	property string secondaryText

	signal clicked()

	function _tap() {
		if (clickable)
			clicked()
	}

	interactive: true

	RowButton {
		row: root
		text: root.secondaryText
	}
}

import QtQuick
import Standin
import Victron.VenusOS

ListRow {
	id: root

	readonly property VeQuickItem dataItem: VeQuickItem {}
	property string secondaryText: dataItem.valid ? dataItem.value : ""

	SecondaryText {
		row: root
		text: root.secondaryText
	}
}

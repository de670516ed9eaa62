import QtQuick
import Standin
import Victron.VenusOS

ListRow {
	id: root

	readonly property VeQuickItem dataItem: VeQuickItem {}
	property var value: dataItem.value
	property int unit: VenusOS.Units_None

	SecondaryText {
		row: root
		text: Quantity.text(root.value, root.unit)
	}
}

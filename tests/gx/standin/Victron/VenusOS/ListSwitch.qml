import QtQuick
import Standin
import Victron.VenusOS

ListRow {
	id: root

	readonly property VeQuickItem dataItem: VeQuickItem {}
	property bool checked: invertSourceValue ? dataItem.value === valueFalse : dataItem.value === valueTrue
	property bool checkable
	property bool invertSourceValue
	property bool updateDataOnClick: true
	property var valueTrue: 1
	property var valueFalse: 0
	property string secondaryText

	signal clicked()

	function _tap() {
		if (!clickable)
			return
		if (updateDataOnClick && dataItem.uid)
			dataItem.setValue(checked !== invertSourceValue ? valueFalse : valueTrue)
		if (checkable)
			checked = !checked
		clicked()
	}

	interactive: dataItem.uid === "" || dataItem.valid

	SecondaryText {
		row: root
		reserved: 57
		text: root.secondaryText
	}

	Rectangle {
		width: 45
		height: 21
		radius: 10
		color: root.checked ? Theme.color_ok : "transparent"
		border.color: Theme.color_gray4

		Rectangle {
			x: root.checked ? 22 : 0
			y: -1
			width: 23
			height: 23
			radius: 12
			color: root.clickable ? "white" : Theme.color_gray4
		}
	}
}

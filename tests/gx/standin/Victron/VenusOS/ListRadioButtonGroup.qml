import QtQuick
import Standin
import Victron.VenusOS

ListNavigation {
	id: root

	readonly property VeQuickItem dataItem: VeQuickItem {}
	property var optionModel: []
	property int defaultIndex: -1
	property int currentIndex: {
		const index = optionModel.findIndex(option => option.value === dataItem.value)
		return index < 0 ? defaultIndex : index
	}
	readonly property var currentValue: currentIndex >= 0 ? optionModel[currentIndex].value : undefined
	property string defaultSecondaryText: "--"
	property bool updateDataOnClick: true
	property bool updateCurrentIndexOnClick: true

	signal optionClicked(index: int)

	// Choose an option on the page that a tap opens.
	function _choose(index) {
		if (!userHasWriteAccess)
			return
		if (updateDataOnClick && dataItem.uid)
			dataItem.setValue(optionModel[index].value)
		else if (updateCurrentIndexOnClick)
			currentIndex = index
		optionClicked(index)
	}

	interactive: dataItem.uid === "" || dataItem.valid
	secondaryText: currentIndex >= 0 && currentIndex < optionModel.length ? optionModel[currentIndex].display : defaultSecondaryText
}

import QtQuick
import Standin
import Victron.VenusOS

ListRow {
	id: root

	readonly property VeQuickItem dataItem: VeQuickItem {}
	property string secondaryText: dataItem.valid ? dataItem.value : ""
	property string placeholderText
	property string suffix
	property int echoMode: TextInput.Normal
	property var validateInput
	property var saveInput: function() {
		if (dataItem.uid)
			dataItem.setValue(secondaryText)
	}

	// Type a text and confirm it.
	function _type(text) {
		if (!clickable)
			return
		secondaryText = text
		const result = validateInput ? validateInput() : { status: VenusOS.InputValidation_Result_OK }
		if (result.notificationText)
			Global.showToastNotification(VenusOS.Notification_Alarm, result.notificationText, 5000)
		if (result.adjustedText !== undefined)
			secondaryText = result.adjustedText
		if (result.status !== VenusOS.InputValidation_Result_Error)
			saveInput()
	}

	interactive: dataItem.uid === "" || dataItem.valid

	RowButton {
		row: root
		leastWidth: Theme.portrait ? 128 : 200
		faint: root.secondaryText.length === 0
		text: faint ? root.placeholderText
			: (root.echoMode !== TextInput.Normal ? "•".repeat(root.secondaryText.length) : root.secondaryText) + root.suffix
	}
}

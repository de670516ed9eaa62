import QtQuick
import Victron.VenusOS

// A text, for every user; one that does not match the pattern is refused with the words of "form".
ListTextField {
	id: root

	required property string uid
	property string pattern: "^.{0,60}$"
	property string form: qsTr("up to 60 characters")

	dataItem.uid: root.uid
	writeAccessLevel: VenusOS.User_AccessType_User
	validateInput: function() {
		return new RegExp(pattern).test(secondaryText)
			? Utils.validationResult(VenusOS.InputValidation_Result_OK)
			: Utils.validationResult(VenusOS.InputValidation_Result_Error, qsTr("Not stored: %1.").arg(form), dataItem.value)
	}
	saveInput: function() { check.write(secondaryText) }

	StoredCheck {
		id: check
		name: root.text
		item: root.dataItem
		onRefused: root.secondaryText = root.dataItem.value ?? ""
	}
}

pragma Singleton
import QtQuick

QtObject {
	// What validateInput() of a text field returns.
	function validationResult(status, notificationText, adjustedText) {
		return { status: status, notificationText: notificationText ?? "", adjustedText: adjustedText }
	}
}

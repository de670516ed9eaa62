import QtQuick

QtObject {
	signal opened(var dialog, var properties)

	function open(dialog, properties) { opened(dialog, properties) }
}

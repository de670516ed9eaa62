import QtQuick

QtObject {
	// page: a Component or a url
	signal pushed(var page, var properties)
	signal popped()

	function pushPage(page, properties) { pushed(page, properties) }
	function popPage() { popped() }
}

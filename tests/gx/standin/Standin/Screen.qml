import QtQuick
import Victron.VenusOS

// The whole screen: pages on top of each other, a dialog above them.
Rectangle {
	id: root

	property var pages: []
	property Item dialog
	property string failure
	readonly property Item page: pages.length > 0 ? pages[pages.length - 1] : null

	function make(what, properties, above) {
		const component = what.createObject ? what : Qt.createComponent(what)
		const made = component.createObject(above, properties ?? {})
		if (!made)
			failure = component.errorString()
		return made
	}

	function open(what, properties) {
		const page = make(what, properties, host)
		if (!page)
			return
		page.anchors.fill = host
		pages.forEach(below => below.visible = false)
		pages = pages.concat([page])
	}

	function openDevicePage(url, uid, productId, name, instance) {
		device.serviceUid = uid
		device.productId = productId
		device.name = name
		device.deviceInstance = instance
		open(url, { device: device })
	}

	function close() {
		const left = pages.slice(0, -1)
		pages[pages.length - 1].destroy()
		if (left.length)
			left[left.length - 1].visible = true
		pages = left
	}

	// The parts of the spare width and height that are left of and above a text.
	function alignment(text) {
		const across = { [Text.AlignRight]: 1, [Text.AlignHCenter]: 0.5 }[text.effectiveHorizontalAlignment] ?? 0
		const down = { [Text.AlignBottom]: 1, [Text.AlignVCenter]: 0.5 }[text.verticalAlignment] ?? 0
		return Qt.point(across, down)
	}

	color: Theme.color_page_background

	Device { id: device }

	Item {
		id: host
		anchors.fill: parent
	}

	Item {
		id: layer
		anchors.fill: parent
	}

	Connections {
		target: Global.pageManager
		function onPushed(page, properties) { root.open(page, properties) }
		function onPopped() { root.close() }
	}

	Connections {
		target: Global.dialogLayer
		function onOpened(dialog, properties) {
			root.dialog = root.make(dialog, properties, layer)
			root.dialog.closed.connect(() => { root.dialog.visible = false; root.dialog = null })
		}
	}
}

pragma Singleton
import QtQuick

// The values that the page reads, by uid, and what it wrote.
QtObject {
	property var values: ({})
	property var written: []
	property bool refuses // every write, as a service may

	function write(uid, value) {
		written = written.concat([{ uid: uid, value: value }])
		if (refuses)
			return
		const changed = Object.assign({}, values)
		changed[uid] = value
		values = changed
	}
}

pragma Singleton
import QtQuick

// The values that the page reads, by uid, and what it wrote.
QtObject {
	property var values: ({})
	property var written: []

	function write(uid, value) {
		written = written.concat([{ uid: uid, value: value }])
		const changed = Object.assign({}, values)
		changed[uid] = value
		values = changed
	}
}

import QtQuick
import Standin
import Victron.VenusOS

// The uids below those of the model that match, in order.
ListModel {
	id: root

	enum Filter { FilterNone = 0, FilterInvalid = 1, FilterOffline = 2 }

	property string filterRegExp
	property int filterFlags
	property bool dynamicSortFilter: true
	property VeQItemTableModel model
	property string found: {
		const wanted = new RegExp(filterRegExp)
		const above = model ? model.uids : []
		return Object.keys(Bus.values)
			.filter(uid => wanted.test(uid) && above.some(one => uid.startsWith(one + "/")))
			.sort().join("\n")
	}
	property int rowCount: count

	onFoundChanged: {
		root.clear()
		for (const uid of found ? found.split("\n") : [])
			root.append({ uid: uid })
	}
}

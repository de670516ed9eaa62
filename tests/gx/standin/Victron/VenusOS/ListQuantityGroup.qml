import QtQuick
import Standin
import Victron.VenusOS

ListRow {
	id: root

	property QuantityObjectModel model

	SecondaryText {
		row: root
		text: {
			const shown = []
			for (let i = 0; i < root.model.objects.length; ++i) {
				const one = root.model.objects[i]
				if (!one.hidden)
					shown.push(Quantity.text(one.object ? one.object[one.key] : one.defaultValue, one.unit))
			}
			return shown.join(" | ")
		}
	}
}

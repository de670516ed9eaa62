import QtQuick
import Victron.VenusOS

Page {
	required property Device device
}

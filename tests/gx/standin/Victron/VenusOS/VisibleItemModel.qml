import QtQml.Models

ObjectModel {}

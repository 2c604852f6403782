from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.findings.finding import Severity
from ternopil_pipelines_tests.clean.making import cleaned, codes

UID = Column(name="uid", type="string", key=True)
LAT = Column(name="lat", type="decimal")
LON = Column(name="lon", type="decimal")
TERNOPIL = (25.5, 49.5, 25.7, 49.6)


def found(*points, bounds=TERNOPIL):
    rows = {
        "uid": [f"u{number}" for number in range(len(points))],
        "lat": [point[0] for point in points],
        "lon": [point[1] for point in points],
    }
    return cleaned(rows, UID, LAT, LON, bounds=bounds)


def test_points_inside_the_bounds_need_no_word():
    assert found(("49.5535", "25.5948"), ("49.5512", "25.6001")).findings == ()


def test_a_point_outside_is_a_warning_with_the_bounds():
    outcome = found(("49.5535", "25.5948"), ("50.4501", "30.5234"))
    assert [(each.code, each.row, each.severity) for each in outcome.findings] == [
        ("point-outside", 3, Severity.WARNING)
    ]
    assert "30.5234" in outcome.findings[0].message
    assert "49.5" in outcome.findings[0].expected


def test_without_bounds_ukraine_is_the_bound():
    assert found(("50.4501", "30.5234"), bounds=None).findings == ()
    assert codes(found(("40.2456", "25.4851"), bounds=None)) == ["point-outside"]


def test_swapped_columns_are_proved_by_the_numbers():
    outcome = found(("25.5948", "49.5535"))
    assert codes(outcome) == ["coordinates-swapped"]
    assert outcome.refused


def test_a_lost_decimal_point_is_no_place_on_earth():
    assert codes(found(("495535", "25.5948"))) == ["coordinate-impossible"]


def test_half_a_point_and_no_point_are_told_apart():
    outcome = found(("49.5535", None), ("49.5512", "25.6001"), (None, None), ("49.5513", "25.6002"))
    assert sorted(codes(outcome)) == ["coordinate-half", "coordinates-missing"]
    (missing,) = [each for each in outcome.findings if each.code == "coordinates-missing"]
    assert missing.count == 1
    assert "рядки 4" in missing.message


def test_coarse_points_are_counted():
    outcome = found(("49.55", "25.59"), ("49.5535", "25.5948"))
    assert codes(outcome) == ["coordinates-coarse"]
    assert outcome.findings[0].count == 1


def test_a_glued_pair_is_a_number_fault_and_no_missing_point():
    outcome = found(("49.5608", "25.602711425.61749935150147"), ("49.5512", "25.6001"))
    assert codes(outcome) == ["number-glued"]

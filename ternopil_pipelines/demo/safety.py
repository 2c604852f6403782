"""What the civil protection department holds: the register of shelters, kept in an old workbook.

The official structure asks who keeps the keys; the demo names a duty service, never a person.
"""

from __future__ import annotations

from ternopil_pipelines.demo.city import Row, chance, organisation, place

SHELTERS = 380

_HOLDERS = ("housing", "education", "health", "culture")
_PURPOSES = ("Підвал житлового будинку", "Склад", "Спортивний зал", "Не використовується")


def shelters(seed: int) -> list[Row]:
    dice = chance(seed, "shelters")
    rows: list[Row] = []
    for number in range(1, SHELTERS + 1):
        where = place(dice)
        holder = organisation(dice.choice(_HOLDERS))
        renter = organisation("shop_b") if dice.random() < 0.05 else None
        rows.append(
            {
                "uid": f"{60_000 + number}",
                "type": dice.choice(
                    ("найпростіше укриття", "найпростіше укриття", "протирадіаційне укриття", "сховище")
                ),
                **where.official(),
                "addressDescription": dice.choice((None, "вхід з двору", "вхід з торця будинку")),
                "lat": where.lat,
                "lon": where.lon,
                "ownershipForm": "комунальна",
                "balanceHolderName": holder.name,
                "balanceHolderId": holder.code,
                "renterName": renter.name if renter else None,
                "renterId": renter.code if renter else None,
                "purpose": dice.choice(_PURPOSES),
                "responsiblePersonName": "Чергова служба балансоутримувача",
            }
        )
    return rows

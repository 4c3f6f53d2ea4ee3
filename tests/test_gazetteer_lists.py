"""The gazetteer against the official lists of states and against ISO 3166-1."""

from __future__ import annotations

import csv
import os
import pathlib

import pytest

from stancekit.records.gazetteer import AmbiguousNameError, Gazetteer

WORLD = Gazetteer.standard()
ROOT = pathlib.Path(__file__).parents[1]
DATA = pathlib.Path(os.environ.get("STANCEKIT_DATA", ROOT.parent / "shared" / "data"))
LISTS = DATA / "state_systems"


# oracles


def rows(name: str) -> list[dict[str, str]]:
    path = LISTS / name
    if not path.exists():
        pytest.skip(f"no {path}: the official lists are not shipped (set STANCEKIT_DATA)")
    with path.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["end"] >= "1945-01-01"]


# Where a list's one row is told apart here: (number, first day since which we tell it).
CUTS = {
    "cow": {
        365: ["SUN 1922-12-30/1991-12-25", "RUS 1991-12-26/.."],
        345: ["YUG */1992-04-26", "SCG 1992-04-27/2006-06-04", "SRB 2006-06-05/.."],
        552: ["RHO */1980-04-17", "ZWE 1980-04-18/.."],
        510: ["tanganyika */1964-04-25", "TZA 1964-04-26/.."],
        816: ["VDR */1976-07-01", "VNM 1976-07-02/.."],
    },
    "gw": {
        260: ["west-germany */1990-10-02", "DEU 1990-10-03/.."],
        365: ["SUN 1922-12-30/1991-12-25", "RUS 1991-12-26/.."],
        345: ["YUG */1992-04-26", "SCG 1992-04-27/2006-06-04"],
        552: ["RHO */1980-04-17", "ZWE 1980-04-18/.."],
        510: ["tanganyika */1964-04-25", "TZA 1964-04-26/.."],
        678: ["north-yemen */1990-05-21", "YEM 1990-05-22/.."],
        816: ["VDR */1976-07-01", "VNM 1976-07-02/.."],
    },
}


@pytest.mark.parametrize(
    ("file", "scheme", "number", "abbreviation", "today"),
    [
        ("states_cowstates.csv", "cow", "cowcode", "cowc", "9999-12-31"),
        ("states_gwstates.csv", "gw", "gwcode", "gwc", "9999-12-31"),
        ("isard_cw_system.csv", "cow", "ccode", "cw_abb", "2016-12-31"),
        ("isard_gw_system.csv", "gw", "gwcode", "gw_abb", "2020-12-31"),
    ],
)
def test_every_state_of_the_official_lists_since_1945(
    file: str, scheme: str, number: str, abbreviation: str, today: str
) -> None:
    wanted: dict[int, list[tuple[str, str]]] = {}
    for row in rows(file):
        until = ".." if row["end"] == today else row["end"]
        wanted.setdefault(int(float(row[number])), []).append((row["start"], until))
        candidates = [e for e in WORLD if getattr(e, scheme) == int(float(row[number]))]
        assert {getattr(e, f"{scheme}_abbreviation") for e in candidates} == {row[abbreviation]}
    found: dict[int, list[str]] = {}
    for entry in WORLD:
        for span in getattr(entry, f"{scheme}_spans"):
            found.setdefault(getattr(entry, scheme), []).append(f"{entry.code} {span}")
    assert found.keys() == wanted.keys()
    for code, spans in wanted.items():
        if code in CUTS[scheme]:
            ((start, _),) = spans
            expected = [text.replace("*", start) for text in CUTS[scheme][code]]
            assert sorted(found[code]) == sorted(expected)
        else:
            dates = [text.split(" ")[1] for text in found[code]]
            assert sorted(dates) == sorted("/".join(span) for span in spans), code


@pytest.mark.parametrize(
    ("file", "scheme", "number", "name"),
    [
        ("states_cowstates.csv", "cow", "cowcode", "country_name"),
        ("states_gwstates.csv", "gw", "gwcode", "country_name"),
        ("isard_cw_system.csv", "cow", "ccode", "cw_name"),
        ("isard_gw_system.csv", "gw", "gwcode", "gw_name"),
    ],
)
def test_every_name_of_the_official_lists_is_read_or_named_ambiguous(
    file: str, scheme: str, number: str, name: str
) -> None:
    for row in rows(file):
        bearers = {e.code for e in WORLD if getattr(e, scheme) == int(float(row[number]))}
        try:
            codes = {WORLD.resolve(row[name], "name").code}
        except AmbiguousNameError as error:
            codes = set(error.candidates)
        # "Germany" is the Germany of 1990, and COW's name of the Reich as well
        assert codes & bearers or (row[name], codes) == ("Germany", {"DEU"}), row


def test_the_members_of_the_union_are_states_of_their_time() -> None:
    path = DATA / "eu_membership" / "eu_membership.csv"
    if not path.exists():
        pytest.skip(f"no {path} (set STANCEKIT_DATA)")
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            # the list enters Germany under DEU from 1958, which was West Germany then
            code = WORLD.resolve(row["iso3"], "iso3", on=row["joined"]).code
            assert code == {"DEU": "west-germany"}.get(row["iso3"], row["iso3"])
            assert WORLD.resolve(row["iso3"]).kind.value == "state"


# Alpha-2 and alpha-3 run together, as they stand in Debian's iso-codes 4.15.0 (ISO 3166-1).
ISO_3166_1 = """
ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA
AZAZE BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES
BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK
CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA
DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA
GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS
GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD
IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA
KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA
LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ
MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC
NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM
PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC
SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV
SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR
TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR
VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE
"""


def test_all_codes_of_iso_3166_1() -> None:
    pairs = [(pair[:2], pair[2:]) for pair in ISO_3166_1.split()]
    assert len(pairs) == 249
    for iso2, iso3 in pairs:
        entry = WORLD.resolve(iso2)
        assert (entry.code, entry.iso2, entry.iso3) == (iso3, iso2, iso3)
        assert WORLD.resolve(iso2, "iso2") is WORLD.resolve(iso3, "iso3") is entry
    listed = {iso3 for _, iso3 in pairs}
    # user-assigned, and withdrawn codes of ISO 3166-3 that are kept for what they denoted
    kept = "AFI ANT CSK DDR GEL NHB PCI PCZ RHO SCG SKM SUN VDR XKX YMD YUG"
    assert " ".join(sorted({entry.iso3 for entry in WORLD if entry.iso3} - listed)) == kept

*** Settings ***
Documentation       Registers every entry that waits in a queue on the host's screen.
Library             HostScreen.py    ${ADDRESS}    ${QUEUE}    ${HOST}
Suite Setup         Open The Screen
Suite Teardown      Close The Screen

*** Variables ***
${ADDRESS}          http://127.0.0.1:8000
${QUEUE}            host
${HOST}             http://127.0.0.1:8100

*** Tasks ***
Register What Waits
    WHILE    True    limit=10000
        ${item}=    Lease The Next Entry
        IF    $item is None    BREAK
        Register    ${item}
    END

*** Keywords ***
Register
    [Arguments]    ${item}
    TRY
        Fill In    ${item}
        Say That It Is Registered Now    ${item}
        Press Register
        ${shown}=    Read What The Screen Shows
        ${state}=    Complete    ${item}    ${shown}
        Log    ${item.reference}: ${state}
    EXCEPT    AS    ${error}
        Give Up    ${item}    screen
        Fail    ${error}
    END
